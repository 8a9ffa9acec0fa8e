import { resolveReferences } from '../segments/references';
import type { Tx } from '../store/database';
import type { CampaignDefinition } from './definition';

/**
 * Writes down what a run that starts selects its people by, where its segment names saved ones: these may be changed or
 * deleted while people are on their way. Rejects with `unknown_reference` when one is gone already.
 */
export async function keepSelection(tx: Tx, run: number, definition: CampaignDefinition): Promise<void> {
	const selectedBy = await resolveReferences(tx, definition.segment);
	if (selectedBy === definition.segment) return;
	await tx.run('UPDATE run SET definition = $2 WHERE run = $1', [run, JSON.stringify({ ...definition, selectedBy })]);
}
