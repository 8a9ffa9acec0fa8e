import { DateTime } from 'luxon';
import { NodeOperationError, type IExecuteFunctions, type ITriggerFunctions } from 'n8n-workflow';

import type { Schedule } from '../../engine/campaigns/definition';

/** Reads a parameter of the trigger, as a trigger and as an execution. */
export type Read = (name: string, fallback: unknown) => unknown;

export function readSchedule(context: ITriggerFunctions | IExecuteFunctions, parameter: Read): Schedule {
	if (parameter('schedule', 'now') === 'items') return { kind: 'items' };
	if (parameter('schedule', 'now') !== 'at') return { kind: 'now' };
	const text = String(parameter('sendAt', ''));
	const time = DateTime.fromISO(text, { zone: context.getTimezone() });
	if (!time.isValid) {
		throw new NodeOperationError(context.getNode(), `"Send At" is not a date and time: ${text || '(empty)'}.`, { description: 'Choose a date and time.' });
	}
	return { kind: 'at', at: time.toMillis() };
}
