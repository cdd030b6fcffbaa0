import { type BuildConfig, readBuildConfig } from './build-config.ts';
import { createRecorder, type Finished, type Recorder, type Snapshot } from './recorder.ts';

/** An answer of the deployed function to the check, as the contract's record has it. */
export const notFound = { status: 404, body: '{"auditId":"4f0c","outcome":"NOT_FOUND","status":{"code":5}}' } as const;

const prepared = new Map<string, Promise<Snapshot>>();

/** What setup.sh makes of an empty project, with these variables one after the other; it runs once for the same ones. */
async function setUp(environments: readonly Readonly<Record<string, string>>[]): Promise<Snapshot> {
  await using recorder = await createRecorder();
  for (const environment of environments) {
    await runScript(recorder, 'setup.sh --with-webhook-secret=pagerduty', environment);
  }
  return await recorder.snapshot();
}

/** A project where all is deployed, with Pub/Sub and Cloud Scheduler attached. */
export async function deployedProject(): Promise<Snapshot> {
  deployed ??= deploy();
  return await deployed;
}

let deployed: Promise<Snapshot> | undefined;

async function deploy(): Promise<Snapshot> {
  await using recorder = await preparedProject();
  await runScript(recorder, 'deploy.sh');
  await runScript(recorder, 'attach.sh', { PUBSUB: 'true', SCHEDULE: '0 3 * * *' });
  return await recorder.snapshot();
}

/** A project that setup.sh has prepared, in which the deployed function answers. */
export async function preparedProject(...environments: Readonly<Record<string, string>>[]): Promise<Recorder> {
  const given = environments.length > 0 ? environments : [{}];
  const key = JSON.stringify(given);
  const snapshot = prepared.get(key) ?? setUp(given);
  prepared.set(key, snapshot);
  const recorder = await createRecorder({ from: await snapshot });
  await recorder.answer(notFound);
  return recorder;
}

/**
 * Runs the steps of cloudbuild.yaml one after the other, as Cloud Build does: each step's script with the built-in and
 * all other substitutions as environment variables, until one fails. Returns what the last one that ran came to.
 */
export async function runBuild(recorder: Recorder, given: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const config = await readBuildConfig();
  let output = '';
  for (const step of config.steps) {
    const finished = await recorder.run(step.script, stepEnvironment(config, given));
    output += finished.output;
    if (finished.code !== 0) {
      return { code: finished.code, output };
    }
  }
  return { code: 0, output };
}

const stepEnvironment = (config: BuildConfig, given: Readonly<Record<string, string>>): Record<string, string> => ({
  PROJECT_ID: 'acme-data',
  BUILD_ID: '1f3e',
  ...config.substitutions,
  ...given,
});

/** Runs one of the scripts in deploy/ as a person does, for the project acme-data. */
export const tryScript = (
  recorder: Recorder,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> => recorder.run(`bash deploy/${script}`, { PROJECT_ID: 'acme-data', ...environment });

/** tryScript, but throws where the script fails. Returns what it said. */
export async function runScript(
  recorder: Recorder,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const finished = await tryScript(recorder, script, environment);
  if (finished.code !== 0) {
    throw new Error(`deploy/${script} ended with ${finished.code}:\n${finished.output}`);
  }
  return finished.output;
}
