import { NodeOperationError, type IExecuteFunctions, type ITriggerFunctions } from 'n8n-workflow';

import {
	DEFAULT_BLOCK_SIZE,
	DEFAULT_GRACE_MS,
	DEFAULT_MAX_LATENESS_MS,
	type CampaignDefinition,
	type Schedule,
} from '../../engine/campaigns/definition';
import type { Rule } from '../../engine/segments';
import { readSegment } from '../shared/segment-parameters';
import { deliveryWarnings } from './delivery-warnings';
import { readDelivery } from './read-delivery';
import { readRunKey, readSchedule, type Read } from './read-schedule';
import { readWho } from './read-who';

interface Options {
	peoplePerBatch?: number;
	waitSeconds?: number;
	maxLatenessHours?: number;
}

const EVERYONE: Rule = { all: [] };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What the node's parameters say, checked; `warnings` of what may not be meant. */
export function readDefinition(context: ITriggerFunctions | IExecuteFunctions): { definition: CampaignDefinition; warnings: string[] } {
	const parameter = parameterReader(context);
	const options = parameter('options', {}) as Options;
	const schedule = readSchedule(context, parameter);
	const delivery = readDelivery(context, parameter, schedule);
	// Whoever hands people in has chosen them.
	const rule = schedule.kind === 'items' ? EVERYONE : readAudience(context, schedule).rule;
	const graceMs = options.waitSeconds === undefined ? DEFAULT_GRACE_MS : Math.round(options.waitSeconds * 1_000);
	return {
		warnings: deliveryWarnings({ schedule, delivery, graceMs }),
		definition: {
			segment: rule,
			schedule,
			runKey: readRunKey(schedule, parameter),
			blockSize: options.peoplePerBatch ?? DEFAULT_BLOCK_SIZE,
			graceMs,
			maxLatenessMs: readLateness(context, options),
			delivery,
			who: readWho(parameter),
		},
	};
}

/** Whoever is due comes out a moment later, and one execution takes its time: with less, people would be too late by that. */
function readLateness(context: ITriggerFunctions | IExecuteFunctions, { maxLatenessHours }: Options): number {
	if (maxLatenessHours === undefined) return DEFAULT_MAX_LATENESS_MS;
	const lateness = Math.round(maxLatenessHours * HOUR_MS);
	if (lateness >= MINUTE_MS) return lateness;
	throw new NodeOperationError(context.getNode(), '"Maximum Lateness" has to be at least a minute: nobody comes out at the very moment they are due.', {
		description: 'Give more hours, or take the field away.',
	});
}

/** The segment. Of a live campaign none is needed: its events say whom it is for. */
export function readAudience(context: ITriggerFunctions | IExecuteFunctions, { kind }: Schedule): ReturnType<typeof readSegment> {
	const parameter = parameterReader(context);
	const { group = [] } = parameter('segmentGroups', {}) as { group?: unknown[] };
	if (kind === 'live' && parameter('segmentMode', 'builder') !== 'json' && group.length === 0) return { rule: { all: [] }, warnings: [] };
	return readSegment(context);
}

/** The campaign's name (the workflow's, unless given) and its labels. */
export function readName(context: ITriggerFunctions): { name: string; labels: string[] } {
	const { id, name } = context.getWorkflow();
	const given = String(context.getNodeParameter('campaignName', '')).trim();
	const labels = String(context.getNodeParameter('labels', ''))
		.split(',')
		.map((label) => label.trim())
		.filter(Boolean);
	return { name: given || name || String(id), labels };
}

export function parameterReader(context: ITriggerFunctions | IExecuteFunctions): Read {
	return 'getInputData' in context
		? (name, fallback) => context.getNodeParameter(name, 0, fallback)
		: (name, fallback) => context.getNodeParameter(name, fallback as object);
}
