import type { Rule } from '../segments/rule';
import { operation } from '../store/database';
import type { CampaignDefinition } from './definition';

/**
 * The segment that each of these runs selected its people by: a run that has started keeps it, whatever is published or
 * deleted later.
 */
export const segmentsOfRuns = operation<{ runs: number[] }, Array<{ run: number; segment: Rule }>>(async (tx, { runs }) => {
	const rows = await tx.all<{ run: number | string; definition: string }>(
		`SELECT run, definition FROM run WHERE run IN (SELECT run FROM ${tx.dialect.rows('$1', { run: 'integer' })} AS asked)`,
		[JSON.stringify(runs.map((run) => [run]))],
	);
	return rows.map(({ run, definition }) => {
		const { selectedBy, segment } = JSON.parse(definition) as CampaignDefinition;
		return { run: Number(run), segment: selectedBy ?? segment };
	});
});
