import { timestamp } from '../terms/timestamp.ts';
import type { Delivery } from './delivery.ts';
import { type Headers, headerOf, recordedHeader } from './headers.ts';

/**
 * A call of Cloud Scheduler, undefined where it is none. The schedule time is the same on every retry, so job and time
 * together name the delivery. Source: "X-CloudScheduler" headers of HTTP targets, Cloud Scheduler reference.
 */
export function schedulerDelivery(headers: Headers, body: Buffer): Delivery | undefined {
  if (headerOf(headers, 'x-cloudscheduler')?.toLowerCase() !== 'true') return undefined;
  const job = recordedHeader(headers, 'x-cloudscheduler-jobname');
  const told = recordedHeader(headers, 'x-cloudscheduler-scheduletime', 64);
  const eventTime = timestamp(told);
  // In UTC where it can be read, so that the id can be sent back as a requestId, which takes no "+09:00".
  const scheduleTime = eventTime ?? told;
  return {
    trigger: {
      type: 'SCHEDULER',
      deliveryId: job === null || scheduleTime === null ? null : `${job}@${scheduleTime}`,
      source: job,
      eventTime,
      deliveryAttempt: null,
    },
    payload: body,
  };
}
