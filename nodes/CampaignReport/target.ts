import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import type { CampaignName, RunHead } from '../../engine/reports/runs';
import type { Store } from '../../engine/store/store';

/** More than any campaign has. */
export const ALL_RUNS = 100_000;

/** Whose runs the parameters mean. */
export function campaignName(context: IExecuteFunctions, index: number): CampaignName {
	if (context.getNodeParameter('campaignFrom', index) === 'workflow') return { workflowId: String(context.getWorkflow().id) };
	const chosen = context.getNodeParameter('campaign', index, '', { extractValue: true }) as unknown;
	const campaignId = String(chosen ?? '').trim();
	if (campaignId === '') throw new CampaignError('campaign_unnamed', 'No campaign is chosen.', 'Choose one under "Which Campaign".');
	return { campaignId };
}

/** The one run that the parameters or the item name; undefined: the latest, or all. */
export function namedRun(context: IExecuteFunctions, index: number): number | undefined {
	const from = context.getNodeParameter('runFrom', index) as string;
	if (from === 'number') return Number(context.getNodeParameter('run', index));
	return from === 'item' ? runOfItem(context.getInputData()[index]?.json ?? {}) : undefined;
}

/** Items of "Run finished" say `run: { run }`, items of people `campaign: { run }`, and those of this node `run`. */
function runOfItem({ run, campaign }: IDataObject): number | undefined {
	const candidates = [(run as IDataObject | undefined)?.run, (campaign as IDataObject | undefined)?.run, run];
	return candidates.find((candidate): candidate is number => Number.isSafeInteger(candidate));
}

/**
 * Numbers of the runs that the parameters mean: one, or all, the latest first. Where a campaign is chosen they are its runs:
 * an item that is about a run of another one names none.
 */
export async function runsMeant(context: IExecuteFunctions, store: Store, index: number): Promise<number[]> {
	const named = namedRun(context, index);
	if (named !== undefined && context.getNodeParameter('campaignFrom', index) === 'workflow') return [named];
	const from = context.getNodeParameter('runFrom', index);
	const runs = (await runsOf(context, store, index, from === 'all' || named !== undefined ? ALL_RUNS : 1)).map(({ run }) => run);
	if (named === undefined) return runs;
	if (runs.includes(named)) return [named];
	if (from === 'item') return runs.slice(0, 1);
	throw new CampaignError('run_unknown', `There is no run ${named} of this campaign.`, 'Use "Runs of a Campaign" to see which there are.');
}

export async function runsOf(context: IExecuteFunctions, store: Store, index: number, limit: number): Promise<RunHead[]> {
	const runs = await store.ask('runsOf', { ...campaignName(context, index), limit });
	if (runs.length > 0) return runs;
	throw new CampaignError(
		'no_run',
		'There is no run to report: the campaign has not been published yet, or it is kept in another store.',
		'Publish the campaign, or check "Campaign" and "Store".',
	);
}
