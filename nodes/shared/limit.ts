import type { IExecuteFunctions } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';

/** How many results "Return All" and "Limit" ask for; undefined: all. Throws a CampaignError for a limit that an expression made none. */
export function readLimit(context: IExecuteFunctions, index: number): number | undefined {
	if (context.getNodeParameter('returnAll', index) === true) return undefined;
	const given = context.getNodeParameter('limit', index) as unknown;
	const limit = Number(given);
	if (Number.isSafeInteger(limit) && limit >= 1) return limit;
	throw new CampaignError('limit', `"Limit" is ${String(given)}.`, 'Give a whole number of at least 1, or switch "Return All" on.');
}
