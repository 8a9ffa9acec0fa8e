import type { IExecuteFunctions } from 'n8n-workflow';

import { campaignTag } from './items';

/** The node that let go of the campaign data of the items, in quotes: the last one before this whose input still had them. */
export function whoDropped(context: IExecuteFunctions): string {
	let suspect = previousNode(context);
	if (suspect === undefined) return 'The node before';
	const seen = new Set<string>();
	while (!seen.has(suspect)) {
		seen.add(suspect);
		const before: string[] = context.getParentNodes(suspect, { depth: 1 }).map(({ name }) => name);
		const ran = before.filter((name) => hasCampaign(context, name) !== undefined);
		const [next] = ran;
		if (next === undefined || ran.some((name) => hasCampaign(context, name))) break;
		suspect = next;
	}
	return `"${suspect}"`;
}

function previousNode(context: IExecuteFunctions): string | undefined {
	try {
		return context.getInputSourceData()?.previousNode;
	} catch {
		// n8n throws where an execution begins.
		return undefined;
	}
}

/** Whether what a node put out has campaign data; undefined when it did not run. */
function hasCampaign(context: IExecuteFunctions, name: string): boolean | undefined {
	try {
		const campaign = context.evaluateExpression(`{{ $(${JSON.stringify(name)}).first().json.campaign }}`, 0);
		return campaignTag({ campaign }) !== undefined;
	} catch {
		return undefined;
	}
}
