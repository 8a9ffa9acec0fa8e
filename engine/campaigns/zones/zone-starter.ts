import type { Store } from '../../store/store';
import { PLAIN_DELIVERY } from '../delivery-rules';
import { wallOf, type ZoneMoment } from './moments';
import type { RunZones } from './plan-zones';
import { ZoneState } from './states';
import type { ZoneRun } from './zone-runs';

export interface ZoneStarterOptions {
	store: Store;
	campaignId: string;
	/** Number of the Campaign Trigger's node. */
	node: number;
	/** Told when the segment of a run cannot be asked for; throws what it does not expect. */
	cannotStart(run: ZoneRun, error: unknown): Promise<void>;
}

/** How often a run that waits for its next zone looks for zones that have appeared. */
const LOOK_MS = 60_000;

/**
 * Starts the runs that go by zones, zone by zone: everybody is selected when the clocks of their own zone show the run's
 * time. Everything is in the store; called twice at once it selects nobody twice.
 */
export class ZoneStarter {
	/** When zones were last looked for, by run: only saves work. */
	private readonly lookedAt = new Map<number, number>();

	constructor(private readonly options: ZoneStarterOptions) {}

	async beat(): Promise<void> {
		const { store, campaignId } = this.options;
		const now = store.clock.now();
		const runs = await store.call('zoneRuns', { campaignId });
		for (const run of this.lookedAt.keys()) if (!runs.some((one) => one.run === run)) this.lookedAt.delete(run);
		for (const run of runs) {
			const isNew = now - (this.lookedAt.get(run.run) ?? -Infinity) >= LOOK_MS;
			if (!isNew && dueZones(run, run.zones, now).length === 0) continue;
			await this.startDue(run);
			this.lookedAt.set(run.run, now);
		}
	}

	private async startDue(run: ZoneRun): Promise<void> {
		const { store, node, cannotStart } = this.options;
		const { zones, accountZone } = await store.ask('zonesOfPeople', undefined);
		const planned: RunZones = await store.call('planZones', { run: run.run, zones, accountZone });
		const due = dueZones(run, planned.zones, store.clock.now()).map(({ zone }) => zone);
		if (due.length === 0) return;
		const { delivery: { bestTime, clock = accountZone } = PLAIN_DELIVERY, selectedBy, segment } = run.definition;
		try {
			const found = await store.ask('findInZones', {
				run: run.run, rule: selectedBy ?? segment, zones: due,
				...(bestTime && { bestTime: { ...bestTime, wall: wallOf(run.scheduledAt, clock) } }),
			});
			await store.call('startZones', { run: run.run, node, accountZone, of: run, ...found });
		} catch (error) {
			await cannotStart(run, error);
		}
	}
}

/**
 * Zones to be selected now. A run starts with the first zone that it waits for (or at its own moment, when it waits for
 * none), and only then deals with those that have passed: until then it can be published anew.
 */
function dueZones({ state, scheduledAt }: ZoneRun, zones: ZoneMoment[], now: number): ZoneMoment[] {
	const waiting = zones.filter((zone) => zone.state === ZoneState.waiting);
	const due = waiting.filter(({ dueAt }) => dueAt <= now);
	const isStarted = state === 'running' || due.length > 0 || (waiting.length === 0 && scheduledAt <= now);
	return isStarted ? [...due, ...zones.filter((zone) => zone.state === ZoneState.passed)] : [];
}
