import {
	NodeConnectionTypes,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { toNodeError, withNodeErrors } from '../shared/errors';
import { getStore, storeCredentials } from '../shared/store';
import { campaignSettingsProperties } from './parameters';
import { readSettings } from './read-settings';

/** What holds for all campaigns of a store. Saving and showing both give the settings as they are then. */
export class CampaignSettings implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Campaign Settings',
		name: 'campaignSettings',
		icon: { light: 'file:campaignSettings.svg', dark: 'file:campaignSettings.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ ({ save: "Save", show: "Show" })[$parameter.operation] }}',
		description: 'Keep what holds for all campaigns: how often one person is sent to, how fast a channel sends, control groups',
		defaults: { name: 'Campaign Settings' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: storeCredentials,
		properties: campaignSettingsProperties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => {
			const store = await getStore(this);
			const output: INodeExecutionData[] = [];
			for (const [index, { json }] of this.getInputData().entries()) {
				try {
					if (this.getNodeParameter('operation', index) === 'save') await store.call('saveSettings', { settings: readSettings(this, index) });
					const settings = (await store.call('readSettings', undefined)) as unknown as IDataObject;
					output.push({ json: settings, pairedItem: { item: index } });
				} catch (error) {
					const shown = toNodeError(this.getNode(), error, index);
					if (!this.continueOnFail()) throw shown;
					output.push({ json: { ...json, error: shown.message }, error: shown, pairedItem: { item: index } });
				}
			}
			return [output];
		});
	}
}
