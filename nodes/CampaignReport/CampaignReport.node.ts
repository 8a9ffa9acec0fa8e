import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { errorItem } from '../shared/each-item';
import { withNodeErrors } from '../shared/errors';
import { nameLists } from '../shared/load-options';
import { getStore, storeCredentials } from '../shared/store';
import { campaignReportProperties } from './parameters';
import { campaignRuns, peopleReport, runReports } from './tables';
import { personsStory } from './story';

const OPERATIONS = { report: runReports, people: peopleReport, story: personsStory, runs: campaignRuns };

export class CampaignReport implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Campaign Report',
		name: 'campaignReport',
		icon: { light: 'file:campaignReport.svg', dark: 'file:campaignReport.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ ({ report: "Report of a run", people: "People of a run", story: "Person\'s story", runs: "Runs of a campaign" })[$parameter.operation] }}',
		description: 'Say what became of a campaign: figures of a run, everybody it touched, and why one person did or did not get it',
		defaults: { name: 'Campaign Report' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: storeCredentials,
		properties: campaignReportProperties,
	};

	methods = { listSearch: nameLists };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => {
			const store = await getStore(this);
			const output: INodeExecutionData[] = [];
			for (const index of this.getInputData().keys()) {
				try {
					const operation = OPERATIONS[this.getNodeParameter('operation', index) as keyof typeof OPERATIONS];
					const items = await operation(this, store, index);
					for (const item of items) output.push({ ...item, pairedItem: { item: index } });
				} catch (error) {
					output.push(errorItem(this, error, index));
				}
			}
			return [output];
		});
	}
}
