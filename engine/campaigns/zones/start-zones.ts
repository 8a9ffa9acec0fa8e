import { hasLimits } from '../../delivery/places';
import type { Reason } from '../../reasons';
import { operation, type Tx } from '../../store/database';
import { blocksOfRun } from '../blocks-of-run';
import type { CampaignDefinition } from '../definition';
import type { RunDelivery } from '../delivery-rules';
import { keepSelection } from '../keep-selection';
import { followedByNext } from '../next-run';
import { insertBlock, isAsItWas, type SelectedBy } from '../select';
import { BUCKETS, dueInBucket } from './best-times';
import { wallOf, type ZoneMoment } from './moments';
import { countSelections, isOpen, lockRun, zonesOf } from './plan-zones';
import { ZoneState } from './states';

/** The people of one zone, as selected. */
export interface FoundZone {
	zone: string;
	/** Person numbers, ascending. */
	people: Uint32Array;
	/** With best time, the bucket of each: see best-times. */
	buckets?: Uint8Array;
}

export interface StartZonesInput {
	run: number;
	/** Number of the Campaign Trigger's node. */
	node: number;
	zones: FoundZone[];
	/** Selections of the run that the question knew of: after another one somebody could be selected twice. */
	selections: number;
	/** People of the segment, whatever their zones: what the safety check of a run looks at when its first zone is due. */
	total: number;
	accountZone: string;
	/** What they were selected by, for a run that has not started. */
	of?: SelectedBy;
}

/**
 * Puts the people of zones on hold at the trigger, due at the moment of their zone or of their bucket, and starts the run
 * with its first zone; people of zones that have passed are put there to be dropped. All or nothing: not when the run is
 * over or was published anew, one of the zones was selected meanwhile, by whomever, or another one was, which these people
 * may have come from.
 * A run with more people than its safety check allows is refused with its first zone.
 */
export const startZones = operation<StartZonesInput, { started: boolean }>(
	async (tx, input, { now }) => await followedByNext(tx, input.run, now, async () => await start(tx, input, now)),
);

async function start(tx: Tx, input: StartZonesInput, now: number): Promise<{ started: boolean }> {
	const { run, zones, selections, total, accountZone, of } = input;
	const head = await lockRun(tx, run);
	if (!head || !isOpen(head.state)) return { started: false };
	const known = await zonesOf(tx, run);
	const moments = new Map(known.map((moment) => [moment.zone, moment]));
	const isAsFound = countSelections(known) === selections && zones.every(({ zone }) => isToSelect(moments.get(zone)));
	if (!isAsFound || (head.state === 'scheduled' && !(await isAsItWas(tx, run, of)))) return { started: false };
	if (head.state === 'scheduled' && (await isRefused(tx, run, total, now))) return { started: false };

	const row = await tx.get<{ seed: number; definition: string; scheduled_at: number; delivery: string; qualified: number }>(
		`UPDATE run SET state = 'running', started_at = coalesce(started_at, $2), qualified = qualified + $3 WHERE run = $1
		 RETURNING seed, definition, scheduled_at, delivery, qualified`,
		[run, now, zones.reduce((total, { people }) => total + people.length, 0)],
	);
	if (!row) return { started: false };
	const { clock = accountZone } = JSON.parse(row.delivery) as RunDelivery;
	const definition = JSON.parse(row.definition) as CampaignDefinition;
	const { blockSize, who } = definition;
	if (head.state === 'scheduled') await keepSelection(tx, run, definition);
	const seq = row.qualified - zones.reduce((total, { people }) => total + people.length, 0);
	const blocks = new Blocks(tx, { run, node: input.node, blockSize, seed: row.seed, seq, limited: who !== undefined && hasLimits(who) });
	for (const found of zones) {
		const moment = moments.get(found.zone) as ZoneMoment;
		const isPassed = moment.state === ZoneState.passed;
		if (isPassed) await blocks.add(found.people, now, 'timezone_passed');
		else for (const { people, dueAt } of batchesOf(found, moment, wallOf(row.scheduled_at, clock))) await blocks.add(people, dueAt);
		await tx.run('UPDATE run_zone SET state = $3, people = $4 WHERE run = $1 AND zone = $2', [
			run, found.zone, isPassed ? ZoneState.dropped : ZoneState.selected, found.people.length,
		]);
	}
	return { started: true };
}

async function isRefused(tx: Tx, run: number, total: number, now: number): Promise<boolean> {
	const row = await tx.get<{ definition: string }>('SELECT definition FROM run WHERE run = $1', [run]);
	const { who } = JSON.parse(row?.definition ?? '{}') as Partial<CampaignDefinition>;
	if (who?.safetyCheck === undefined || total <= who.safetyCheck) return false;
	await tx.run("UPDATE run SET state = 'refused', finished_at = $2, qualified = $3 WHERE run = $1", [run, now, total]);
	await tx.run('DELETE FROM run_zone WHERE run = $1', [run]);
	return true;
}

function isToSelect(moment: ZoneMoment | undefined): boolean {
	return moment?.state === ZoneState.waiting || moment?.state === ZoneState.passed;
}

/** People of a zone by when they are due: all at once, or at the start of their bucket. */
function batchesOf({ people, buckets }: FoundZone, moment: ZoneMoment, wall: number): Array<{ people: Uint32Array; dueAt: number }> {
	if (!buckets) return [{ people, dueAt: moment.dueAt }];
	return Array.from({ length: BUCKETS + 1 }, (_, bucket) => ({
		people: people.filter((_person, index) => buckets[index] === bucket),
		dueAt: dueInBucket(moment, wall, bucket),
	}));
}

/** Writes blocks. They are numbered by the people before them, so that no number is used twice when blocks are gone. */
class Blocks {
	constructor(
		private readonly tx: Tx,
		private readonly of: { run: number; node: number; blockSize: number; seed: number; seq: number; limited: boolean },
	) {}

	async add(people: Uint32Array, dueAt: number, dropReason: Reason | null = null): Promise<void> {
		const { run, node, blockSize, seed, limited } = this.of;
		// People of other zones may have taken places.
		const draw = { seed: (seed + this.of.seq) % 2 ** 32, places: limited ? 0 : Infinity, blockSize };
		for (const block of blocksOfRun(people, draw)) {
			await insertBlock(this.tx, run, this.of.seq, node, dueAt, block, dropReason);
			this.of.seq += block.length;
		}
	}
}
