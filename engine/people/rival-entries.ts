import type { CampaignDefinition } from '../campaigns/definition';
import { isForeignCampaign } from '../campaigns/enter-foreign';
import { mayComeIn } from '../campaigns/live/reentry';
import type { LiveTrigger } from '../campaigns/live/trigger';
import type { Tx } from '../store/database';

/** An entry of somebody who has become one with somebody else of the run. */
export interface RivalEntry {
	person: number;
	key: string;
	qualified_at: number;
	/** 1: it is still on its way. */
	waiting: number;
	/** 0: it ended before it could come to anything, and does not count as having come in. */
	came_in: number;
}

/** Divides the entries of one run into groups, in each of which only one person's go on; whoever is in none goes on by itself. */
export type Rivalry = <Entry extends RivalEntry>(entries: readonly Entry[]) => Entry[][];

/**
 * By run. A run that was selected is for each person once. Into one that events or items let people in again what is over
 * keeps nobody from going on, unless they might not have come in as one person; items of no campaign are no audience.
 */
export async function rivalriesOf(tx: Tx, runs: readonly number[]): Promise<Map<number, Rivalry>> {
	if (runs.length === 0) return new Map();
	const rows = await tx.all<{ run: number; campaign_id: string; definition: string }>(
		`SELECT run, campaign_id, definition FROM run WHERE run IN (SELECT run FROM ${tx.dialect.rows('$1', { run: 'integer' })} AS asked)`,
		[JSON.stringify(runs.map((run) => [run]))],
	);
	return new Map(rows.map(({ run, campaign_id: campaignId, definition }) => [run, rivalryOf(campaignId, JSON.parse(definition) as Partial<CampaignDefinition>)]));
}

function rivalryOf(campaignId: string, { schedule }: Partial<CampaignDefinition>): Rivalry {
	if (isForeignCampaign(campaignId)) return () => [];
	if (schedule?.kind === 'items') return (entries) => [...Map.groupBy(entries, ({ key }) => key).values()];
	if (schedule?.kind === 'live') return (entries) => [ofLive(entries, schedule.live)];
	return (entries) => [[...entries]];
}

/** Those on their way, and of what is over what would have kept another person's from coming in. */
function ofLive<Entry extends RivalEntry>(entries: readonly Entry[], live: LiveTrigger): Entry[] {
	const reentry: LiveTrigger['reentry'] = live.kind === 'action' && live.firstTimeOnly ? { kind: 'once' } : live.reentry;
	const open = entries.filter(({ waiting }) => waiting === 1);
	const keepsOut = (over: Entry) =>
		open.some((one) => one.person !== over.person && (one.key === over.key || (over.came_in === 1 && !mayComeIn(reentry, one.qualified_at, [over.qualified_at]))));
	return entries.filter((one) => one.waiting === 1 || keepsOut(one));
}
