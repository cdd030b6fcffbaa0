import type * as z from 'zod';
import { ofMetadataServer, type ReceivedRequest } from './requests.ts';
import type { Fault, faultRule, RequestMatch } from './schema.ts';

/** A test's own choice, such as a seeded random one: the fault that this request meets, or undefined for none. */
export type FaultChooser = (request: ReceivedRequest) => Fault | undefined;

/** Which requests meet a fault, how often, and which fault. */
export type FaultRule = Readonly<Omit<z.infer<typeof faultRule>, 'fault'>> & { readonly fault: Fault | FaultChooser };

/** A rule in force. */
export type FaultHandle = {
  /** How often it has struck. */
  readonly struck: number;
  remove(): void;
};

export type StruckRule = FaultRule & { readonly struck: number };

/** The rules in force; of several that match a request, the oldest strikes. */
export type Faults = {
  add(rule: FaultRule): FaultHandle;
  pick(request: ReceivedRequest): Fault | undefined;
  /** The rules with the number of times each has struck. */
  list(): readonly StruckRule[];
  clear(): void;
};

type Active = { readonly rule: FaultRule; struck: number };

/** An empty list of rules. `otherwise` is asked for each request that no rule strikes. */
export function createFaults(otherwise: FaultChooser | undefined): Faults {
  const active = new Set<Active>();
  return {
    add(rule) {
      const entry: Active = { rule, struck: 0 };
      active.add(entry);
      return {
        get struck() {
          return entry.struck;
        },
        remove: () => void active.delete(entry),
      };
    },
    pick(request) {
      for (const entry of active) {
        const fault = matches(entry.rule, request) ? chosen(entry.rule, request) : undefined;
        if (fault === undefined) continue;
        entry.struck += 1;
        if (entry.struck === entry.rule.times) active.delete(entry);
        return fault;
      }
      return otherwise?.(request);
    },
    list: () => [...active].map(({ rule, struck }) => ({ ...rule, struck })),
    clear: () => active.clear(),
  };
}

function chosen({ fault }: FaultRule, request: ReceivedRequest): Fault | undefined {
  return typeof fault === 'function' ? fault(request) : fault;
}

function matches({ on, name }: FaultRule, request: ReceivedRequest): boolean {
  if (name !== undefined && name !== request.name) return false;
  if (on === undefined) return true;
  return typeof on === 'string' ? matchesKind(on, request) : on.some((match) => matchesKind(match, request));
}

function matchesKind(match: RequestMatch, { kind }: ReceivedRequest): boolean {
  if (kind === 'certs') return match === kind;
  return match === kind || match === (ofMetadataServer(kind) ? 'metadata' : 'datastream');
}
