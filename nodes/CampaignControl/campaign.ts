import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { endRun } from '../../engine/campaigns/control/end-run';
import type { CampaignStatus, RunStatus } from '../../engine/campaigns/control/status';
import { ZoneState } from '../../engine/campaigns/zones/states';
import { CampaignError } from '../../engine/errors';
import type { Rule } from '../../engine/segments';
import { isRuleError } from '../../engine/segments/rule-errors';
import type { Store } from '../../engine/store/store';
import { toNodeError } from '../shared/errors';
import { eachItem } from '../shared/each-item';

type Items = Promise<INodeExecutionData[]>;

/** The campaign chosen for an item. */
export function campaignAt(context: IExecuteFunctions, index: number): string {
	const chosen = String(context.getNodeParameter('campaign', index, '', { extractValue: true }) ?? '').trim();
	if (chosen === '') throw new CampaignError('campaign_unnamed', 'No campaign is chosen.', 'Choose one under "Campaign".');
	return chosen;
}

export async function pause(context: IExecuteFunctions, store: Store): Items {
	return await eachItem(context, async (index) => {
		const campaignId = campaignAt(context, index);
		const given = String(context.getNodeParameter('reason', index, '') ?? '').trim();
		const { pausedReason, changed } = await store.call('pauseByOperator', { campaignId, reason: given || 'Paused by the operator' });
		return { campaignId, paused: true, pausedReason, changed };
	});
}

export async function resume(context: IExecuteFunctions, store: Store): Items {
	return await eachItem(context, async (index) => {
		const campaignId = campaignAt(context, index);
		const { pausedReason, due, tooLate } = await store.call('resumeCampaign', { campaignId });
		return { campaignId, paused: false, wasPausedBecause: pausedReason ?? null, changed: pausedReason !== undefined, peopleDue: due, peopleTooLate: tooLate };
	});
}

/** How many it is for now; or why that cannot be said, which is what will keep the run from starting. */
async function reachOf(context: IExecuteFunctions, store: Store, rule: Rule): Promise<IDataObject> {
	try {
		const { qualified, reachable } = await store.ask('reach', { rule });
		return { qualified, reachable };
	} catch (error) {
		if (isRuleError(error)) return { error: error.message };
		throw toNodeError(context.getNode(), error);
	}
}

/** First nobody goes on any more; then whoever waits is ended and counted. The trigger ends the rest should this be cut short. */
export async function stop(context: IExecuteFunctions, store: Store): Items {
	return await eachItem(context, async (index) => {
		const campaignId = campaignAt(context, index);
		const one = context.getNodeParameter('stopWhat', index) === 'run';
		const { runs } = await store.call('stopRuns', { campaignId, ...(one && { run: Number(context.getNodeParameter('run', index)) }) });
		let peopleEnded = 0;
		for (const { run } of runs) peopleEnded += await endRun(store, run);
		return { campaignId, stopped: runs.map(({ run, was }) => ({ run, was })), peopleEnded };
	});
}

export async function newRun(context: IExecuteFunctions, store: Store): Items {
	return await eachItem(context, async (index) => {
		const campaignId = campaignAt(context, index);
		const { run, scheduledAt, segment } = await store.call('startNewRun', { campaignId });
		return { campaignId, run, scheduledAt: iso(scheduledAt), reach: await reachOf(context, store, segment) };
	});
}

export async function status(context: IExecuteFunctions, store: Store): Items {
	return await eachItem(context, async (index) => statusShown(await store.ask('campaignStatus', { campaignId: campaignAt(context, index) })));
}

function statusShown({ runs, nextRunAt, removedNodes, pausedReason, schedule, ...status }: CampaignStatus): IDataObject {
	return {
		...status,
		pausedReason: pausedReason ?? null,
		schedule: schedule ?? null,
		nextRunAt: iso(nextRunAt),
		runs: runs.map(runShown),
		removedNodes: removedNodes.map(({ removedAt, ...node }) => ({ ...node, removedAt: iso(removedAt) })),
	};
}

function runShown({ scheduledAt, startedAt, finishedAt, zones, ...run }: RunStatus): IDataObject {
	// Those that had passed before the run began never had a turn.
	const selected = zones.filter(({ state }) => state === ZoneState.selected);
	const next = zones.find(({ state }) => state === ZoneState.waiting);
	const ofZone = (zone: (typeof zones)[number] | undefined) => (zone ? { zone: zone.zone, at: iso(zone.dueAt) } : null);
	return {
		...run,
		scheduledAt: iso(scheduledAt),
		startedAt: iso(startedAt),
		finishedAt: iso(finishedAt),
		...(zones.length > 0 && {
			lastZone: ofZone(selected[selected.length - 1]),
			nextZone: ofZone(next),
			zones: zones.map(({ dueAt, ...zone }) => ({ ...zone, dueAt: iso(dueAt) })),
		}),
	};
}

export function iso(time: number | null): string | null {
	return time === null ? null : new Date(time).toISOString();
}
