import { operation } from '../../store/database';
import type { CampaignDefinition } from '../definition';
import { goesByZones, ZONES_APART_MS } from '../delivery-rules';
import { isPaused } from '../control/paused';
import type { DueRun } from '../select';
import type { ZoneMoment } from './moments';
import { zonesOf } from './plan-zones';
import { ZoneState } from './states';

/** A run that goes by zones, and its zones as far as they are planned. */
export interface ZoneRun extends DueRun {
	state: 'scheduled' | 'running';
	zones: ZoneMoment[];
}

/**
 * The runs of a campaign that have zones to come: those that run, and those so near that a zone may be due. None while
 * the workflow is paused: then zones wait, and are late.
 */
export const zoneRuns = operation<{ campaignId: string }, ZoneRun[]>(async (tx, { campaignId }, { now }) => {
	const rows = await tx.all<{ run: number; state: ZoneRun['state']; definition: string; scheduled_at: number }>(
		`SELECT run, state, definition, scheduled_at FROM run
		 WHERE campaign_id = $1 AND (
			(state = 'scheduled' AND scheduled_at <= $2)
			OR (state = 'running' AND EXISTS (
				SELECT 1 FROM run_zone z WHERE z.run = run.run AND z.state IN ('${ZoneState.waiting}', '${ZoneState.passed}'))))
		 ORDER BY scheduled_at, run`,
		[campaignId, now + ZONES_APART_MS],
	);
	const runs: ZoneRun[] = [];
	for (const { run, state, definition: json, scheduled_at: scheduledAt } of rows) {
		const definition = JSON.parse(json) as CampaignDefinition;
		if (goesByZones(definition)) runs.push({ run, state, definition, scheduledAt, zones: await zonesOf(tx, run) });
	}
	return runs.length > 0 && (await isPaused(tx, campaignId)) ? [] : runs;
}, 'events');
