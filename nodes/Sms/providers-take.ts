import type { IExecuteFunctions, ITriggerFunctions } from 'n8n-workflow';

import { needsOf } from '../../engine/channels/sms/generic-request';
import { checkSupply, type RequestNeeds, type SenderSupply } from '../../engine/channels/sms/needs';
import type { NameValue } from '../../engine/channels/sms/generic-request';
import { readGenericRequest } from '../GenericSmsProvider/read-config';
import { workflowOf, type GraphNode } from '../shared/graph';

const OWN = 'n8n-nodes-campaigns.';

/** What a provider of this pack takes, told from its parameters alone. */
function needsOfNode({ name, type, parameters = {} }: GraphNode): RequestNeeds {
	if (type === `${OWN}genericSmsProvider`) return needsOf(name, readGenericRequest((parameter) => parameters[parameter]));
	const { pairs: variables = [] } = (type === `${OWN}msg91SmsProvider` ? parameters.variables ?? {} : {}) as { pairs?: NameValue[] };
	// MSG91 takes the values of its template's variables as fields of a form would.
	const needs = needsOf(name, { method: 'POST', url: '', body: { type: 'form', fields: variables } });
	return { ...needs, templateVariables: needs.templateVariables || type === `${OWN}msg91SmsProvider` };
}

/**
 * Throws a CampaignError when the providers connected to the node need what it does not supply, or it supplies what is of
 * no use to them. Asked at publish and in every execution: n8n does not tell a node when its providers change.
 */
export function checkProvidersTake(context: IExecuteFunctions | ITriggerFunctions, supply: SenderSupply, name = context.getNode().name): void {
	const connected = context.getParentNodes(name, { connectionType: 'ai_chain', depth: 1 }).filter(({ disabled }) => !disabled);
	const { nodes } = workflowOf(context);
	const known = connected.filter(({ type }) => type.startsWith(OWN));
	const needs = known.flatMap((provider) => nodes.filter((node) => node.name === provider.name).map(needsOfNode));
	checkSupply(needs, supply, known.length === connected.length);
}
