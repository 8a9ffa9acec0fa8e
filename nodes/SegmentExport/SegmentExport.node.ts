import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription, type ITriggerFunctions, type ITriggerResponse } from 'n8n-workflow';

import { SegmentExport as SegmentProvider, type SegmentConfig } from '../../engine/channels/export/segment';
import type { SegmentMessage } from '../../engine/channels/export/segment-calls';
import { attemptGroup } from '../../engine/delivery/attempt';
import { campaignsPostgresTest } from '../shared/credential-tests';
import { failingClosed } from '../shared/failing-closed';
import { IN_REAL_TIME } from '../shared/in-real-time';
import { completeFromStore } from '../shared/known-people';
import { linkedContentInput } from '../shared/linked-content';
import { nameLists } from '../shared/load-options';
import { readPace } from '../shared/provider-parameters';
import { runSender, startSender, type Sender } from '../shared/sender';
import { readSenderOptions } from '../shared/sender-parameters';
import { getStore } from '../shared/store';
import { campaignsSegmentTest } from './credential-test';
import { segmentMessages } from './messages';
import { segmentExportProperties } from './parameters';
import { readSegmentExportSettings } from './settings';

type SegmentCredential = Pick<SegmentConfig, 'writeKey' | 'region' | 'baseUrl'>;

export class SegmentExport implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Segment Export',
		name: 'segmentExport',
		icon: { light: 'file:segmentExport.svg', dark: 'file:segmentExport.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ { identify: "Identify", track: "Track " + ($parameter.event ?? ""), both: "Identify and track " + ($parameter.event ?? "") }[$parameter.calls] }}',
		description: 'Tell Twilio Segment about each person: who they are, what happened to them',
		defaults: { name: 'Segment Export' },
		usableAsTool: undefined,
		inputs: [{ type: NodeConnectionTypes.Main }, linkedContentInput],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Sent', 'Not sent', 'Unknown'],
		credentials: [
			{ name: 'campaignsPostgresApi', required: true, testedBy: 'campaignsPostgresTest', displayOptions: { show: { store: ['postgres'] } } },
			{ name: 'campaignsSegmentApi', required: true, testedBy: 'campaignsSegmentTest' },
		],
		hints: [{ message: 'A run by hand shows the calls as they would be, and makes none.', type: 'info', location: 'outputPane', whenToDisplay: 'beforeExecution' }],
		properties: segmentExportProperties,
	};

	methods = { credentialTest: { campaignsPostgresTest, campaignsSegmentTest }, listSearch: nameLists };

	/** Releases people who wait here because Segment was not available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startSender(this, () => void readSegmentExportSettings((name) => this.getNodeParameter(name, null, { rawExpressions: true })));
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 1, async () => {
			const options = readSenderOptions(this);
			const settings = readSegmentExportSettings((name) => this.getNodeParameter(name, 0, null, { rawExpressions: true }));
			const provider = await makeProvider(this);
			const sender: Sender<SegmentMessage> = {
				channel: 'export',
				complete: completeFromStore,
				...segmentMessages(settings, options.missing),
				send: async (message, ledger) =>
					await attemptGroup([provider], message, {
						...ledger,
						...IN_REAL_TIME,
					}),
			};
			return await runSender(this, sender, options);
		});
	}
}

async function makeProvider(context: IExecuteFunctions): Promise<SegmentProvider> {
	const { writeKey, region, baseUrl } = await context.getCredentials<SegmentCredential>('campaignsSegmentApi');
	const { clock } = await getStore(context);
	const pace = readPace(context.getNodeParameter('options', 0, {}, { rawExpressions: true }) as Parameters<typeof readPace>[0]);
	return new SegmentProvider({ label: context.getNode().name, writeKey, region, baseUrl, now: () => clock.now(), ...pace });
}
