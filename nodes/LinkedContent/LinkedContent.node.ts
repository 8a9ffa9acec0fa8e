import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';

import { LinkedContent as LinkedApi } from '../../engine/personalization/linked/linked-content';
import { IN_REAL_TIME } from '../shared/in-real-time';
import type { SuppliedLinkedContent } from '../shared/linked-content';
import { withNodeErrors } from '../shared/errors';
import { linkedContentParameters } from './parameters';
import { asksInManualRuns, readLinkedDefinition, type LinkedContentCredential } from './read-definition';

/** Hands a sender an API that its messages take values from. */
export class LinkedContent implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Linked Content',
		name: 'linkedContent',
		icon: { light: 'file:linkedContent.svg', dark: 'file:linkedContent.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["apiName"] ? "Linked." + $parameter["apiName"] : "" }}',
		description: 'Let the messages of a sender take values from an API, asked for each person just before sending',
		defaults: { name: 'Linked Content' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiAgent],
		outputNames: ['Linked Content'],
		credentials: [{ name: 'campaignsLinkedContentApi', required: true, displayOptions: { show: { authentication: ['credential'] } } }],
		properties: linkedContentParameters,
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await withNodeErrors(this, async () => {
			const parameterOf = (name: string) => this.getNodeParameter(name, itemIndex, '') as unknown;
			const credential = parameterOf('authentication') === 'credential' ? await this.getCredentials<LinkedContentCredential>('campaignsLinkedContentApi') : undefined;
			const content = new LinkedApi(readLinkedDefinition(parameterOf, credential), IN_REAL_TIME);
			const response: SuppliedLinkedContent = { content, askInManualRuns: asksInManualRuns(parameterOf), report: () => report(this, content) };
			return { response };
		});
	}
}

/** Shown on the node and its connection. One that no message wanted stays grey. */
function report(context: ISupplyDataFunctions, { counts: { messages, requests, failed } }: LinkedApi): void {
	if (messages === 0) return;
	const { index } = context.addInputData(NodeConnectionTypes.AiAgent, [[{ json: { messages } }]]);
	context.addOutputData(NodeConnectionTypes.AiAgent, index, [[{ json: { requests, failed } }]]);
}
