/** The JSON of a push body, and the data of a CloudEvent of type messagePublished. */
export interface Envelope {
  readonly subscription: string;
  readonly deliveryAttempt?: number;
  readonly message: {
    readonly '@type'?: string;
    readonly attributes?: Readonly<Record<string, string>>;
    /** Base64. */
    readonly data?: string;
    readonly messageId: string;
    readonly message_id?: string;
    readonly publishTime?: string;
    readonly publish_time?: string;
    readonly orderingKey?: string;
  };
}

/** A CloudEvent in structured mode. */
export interface StructuredEvent {
  readonly specversion: string;
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly time: string;
  readonly datacontenttype: string;
  readonly data: Envelope;
}

interface Described {
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What a record has to say of it, as long as the publish time is not swapped. */
  readonly trigger: {
    readonly deliveryId: string;
    readonly source: string;
    readonly eventTime: string;
    readonly deliveryAttempt: number | null;
  };
}

/** A request typed in from Google's publications: a JSON envelope, the bare data, or an envelope within a CloudEvent. */
export type PublishedPayload =
  | (Described & { readonly kind: 'envelope'; readonly body: Envelope })
  | (Described & { readonly kind: 'raw'; readonly body: string })
  | (Described & { readonly kind: 'structured'; readonly body: StructuredEvent });
