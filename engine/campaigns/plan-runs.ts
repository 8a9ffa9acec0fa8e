import { CampaignError } from '../errors';
import type { Tx } from '../store/database';
import { dayNumber, localInstant } from '../time/local';
import { checkSchedule } from './check-schedule';
import type { CampaignDefinition, Schedule } from './definition';
import { closeItemsRuns, openItemsRun, planItemsRun } from './items/open-run';
import { openLiveRun } from './live/open-run';
import { hasBegun, nextMoment } from './next-run';
import { fallsAlike } from './recurrence/begin';
import { isOccurrence } from './recurrence/occurrences';
import type { Recurrence } from './recurrence/recurrence';
import { findRun, firedSince, forgetRuns, momentKey, scheduledRuns, scheduleRun, type KnownRun } from './run-rows';
import { startingSoon } from './starting-soon';
import { momentsToCome, overBefore, refuseOver, timeToLiveOver } from './time-to-live';
import { JUST_PASSED_MS } from './zones/moments';

const DAY = 86_400_000;

export interface Plan {
	campaignId: string;
	definition: CampaignDefinition;
	/** The definition before this one. */
	former?: Partial<CampaignDefinition>;
	workflowVersion: string | null;
}

export interface Planned {
	/** The run of this definition: the next of them, else the last. */
	run?: KnownRun;
	/** Whether one was made now. */
	created: boolean;
	/** Runs that start so soon that they keep the other definition that they were scheduled with. */
	keepTheirs: KnownRun[];
}

export interface PlannedRuns extends Planned {
	/** Runs that are meant and will not go out, because an operator stopped them. */
	stayStopped: KnownRun[];
}

/** Runs that take people in as they come have neither. */
const NONE = { keepTheirs: [], stayStopped: [] };

interface Meant {
	runKey: string;
	scheduledAt: number;
}

/**
 * Makes the runs of a campaign that somebody publishes, and forgets scheduled ones that are no longer meant. Needs the
 * lock of `lockRuns`. Rejects with `schedule_past` for a date that has passed, `recurrence_never` for a recurrence that
 * never comes, `time_to_live_over` where nobody could ever be sent to, and as `checkSchedule`.
 */
export async function planRuns(tx: Tx, plan: Plan, now: number): Promise<PlannedRuns> {
	const { campaignId, definition } = plan;
	checkSchedule(definition.schedule);
	if (definition.schedule.kind !== 'items') await closeItemsRuns(tx, campaignId);
	if (definition.schedule.kind === 'live' || definition.schedule.kind === 'items') {
		const complaint = overBefore(definition, momentsToCome(definition, now), now);
		if (complaint !== undefined) throw timeToLiveOver(complaint);
		await forgetRuns(tx, campaignId, []);
		const opened = definition.schedule.kind === 'live' ? await openLiveRun(tx, plan, now) : await planItemsRun(tx, plan, now);
		return { ...opened, ...NONE };
	}
	const meant = await runsMeant(tx, plan, now);
	await refuseOver(tx, plan, new Map(meant.map(({ runKey, scheduledAt }) => [runKey, scheduledAt])), now);
	const published = JSON.stringify(definition);
	const keepTheirs = hasMoments(definition.schedule) ? await startingSoon(tx, campaignId, { runKeys: meant.map(({ runKey }) => runKey), published }, now) : [];
	await forgetRuns(tx, campaignId, meant.map(({ runKey }) => runKey));
	let created = false;
	for (const { runKey, scheduledAt } of meant) {
		if (keepTheirs.some((run) => run.runKey === runKey)) continue;
		created = (await scheduleRun(tx, { ...plan, runKey, scheduledAt })) || created;
	}
	return {
		run: await runOf(tx, campaignId, definition),
		created,
		keepTheirs: keepTheirs.filter((run) => run.definition !== published).map(({ run, state, scheduledAt }) => ({ run, state, scheduledAt })),
		stayStopped: await stoppedOf(tx, campaignId, meant, now),
	};
}

/** Of the runs that are meant, those that were stopped before their time; of the past only when nothing else is to come. */
async function stoppedOf(tx: Tx, campaignId: string, meant: Meant[], now: number): Promise<KnownRun[]> {
	const keys = JSON.stringify(meant.map(({ runKey }) => [runKey]));
	const stopped = await tx.all<KnownRun>(
		`SELECT run, state, scheduled_at AS "scheduledAt" FROM run
		 WHERE campaign_id = $1 AND state = 'stopped' AND run_key IN (SELECT m.run_key FROM ${tx.dialect.rows('$2', { run_key: 'text' })} AS m) ORDER BY scheduled_at, run`,
		[campaignId, keys],
	);
	const toCome = stopped.filter(({ scheduledAt }) => scheduledAt > now);
	if (toCome.length > 0 || stopped.length === 0) return toCome;
	const open = await tx.get("SELECT 1 AS open FROM run WHERE campaign_id = $1 AND state IN ('scheduled', 'running') LIMIT 1", [campaignId]);
	return open ? [] : stopped.slice(-1);
}

/** The run of a definition: of several the next one, else the last. Of a recurring campaign the next one only. */
export async function runOf(tx: Tx, campaignId: string, { schedule, runKey }: CampaignDefinition): Promise<KnownRun | undefined> {
	if (schedule.kind === 'items') return await openItemsRun(tx, campaignId);
	if (schedule.kind === 'at') return await findRun(tx, campaignId, momentKey(schedule.at));
	if (schedule.kind !== 'recurring' && schedule.kind !== 'dates') return await findRun(tx, campaignId, runKey);
	const [next] = await scheduledRuns(tx, campaignId);
	if (next) return { run: next.run, state: next.state, scheduledAt: next.scheduledAt };
	return schedule.kind === 'dates' ? await findRun(tx, campaignId, momentKey(Math.max(...schedule.at))) : undefined;
}

async function runsMeant(tx: Tx, plan: Plan, now: number): Promise<Meant[]> {
	const { campaignId, definition } = plan;
	const { schedule } = definition;
	if (schedule.kind === 'recurring') return await occurrenceMeant(tx, plan, schedule.recurrence, now);
	if (schedule.kind !== 'at' && schedule.kind !== 'dates') return [{ runKey: definition.runKey, scheduledAt: now + definition.graceMs }];
	const dates = schedule.kind === 'at' ? [schedule.at] : schedule.at;
	await refusePast(tx, campaignId, dates, now);
	return dates.map(moment);
}

/** A workflow that was copied, or lay unpublished for long, must not send at once because its date has passed. */
async function refusePast(tx: Tx, campaignId: string, dates: number[], now: number): Promise<void> {
	for (const [index, at] of dates.entries()) {
		if (at > now - JUST_PASSED_MS || (await findRun(tx, campaignId, momentKey(at)))) continue;
		const which = dates.length === 1 ? 'The time to send at' : `Date ${index + 1} of ${dates.length}`;
		const whatToDo = dates.length === 1 ? 'Choose a time to come' : 'Remove it or choose a time to come';
		throw new CampaignError('schedule_past', `${which}, ${new Date(at).toISOString()}, has passed.`, `${whatToDo} and publish again.`);
	}
}

/**
 * The one occurrence that is scheduled: the one that was, when it is overdue or the recurrence falls on the same
 * moments as before; else the next.
 */
async function occurrenceMeant(tx: Tx, { campaignId, former }: Plan, recurrence: Recurrence, now: number): Promise<Meant[]> {
	if (!hasBegun(recurrence)) throw new Error('A recurrence is published without its beginning');
	const before = former?.schedule?.kind === 'recurring' ? former.schedule.recurrence : undefined;
	const isUnchanged = before !== undefined && fallsAlike(recurrence, before);
	const known = (await scheduledRuns(tx, campaignId)).find(
		({ scheduledAt }) => (scheduledAt <= now || isUnchanged) && isOccurrence(recurrence, scheduledAt),
	);
	// A monthly one never falls on a day on which it is published.
	const isMonthly = recurrence.repeat.unit === 'months';
	const after = known ? known.scheduledAt - 1 : isMonthly ? endOfDay(now, recurrence.zone) : now;
	const next = await nextMoment(tx, campaignId, recurrence, after);
	if (next !== undefined) return [moment(next)];
	if ((await firedSince(tx, campaignId, recurrence.since)) > 0) return [];
	throw new CampaignError('recurrence_never', 'The campaign would never run: its recurrence does not come before its end.', 'Choose a later end, or other days, and publish again.');
}

/** Whether operators chose the times of its runs, rather than to start at once. */
function hasMoments({ kind }: Schedule): boolean {
	return kind === 'at' || kind === 'dates' || kind === 'recurring';
}

function moment(at: number): Meant {
	return { runKey: momentKey(at), scheduledAt: at };
}

function endOfDay(instant: number, zone: string): number {
	return localInstant((dayNumber(instant, zone) + 1) * DAY, zone) - 1;
}
