import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** A source of a Segment workspace. Tested by the node that uses it: what servers say to a test differs. */
export class CampaignsSegmentApi implements ICredentialType {
	name = 'campaignsSegmentApi';

	displayName = 'Campaigns Segment API';

	icon: Icon = { light: 'file:../nodes/SegmentExport/segmentExport.svg', dark: 'file:../nodes/SegmentExport/segmentExport.dark.svg' };

	documentationUrl = 'https://www.twilio.com/docs/segment/connections/find-writekey';

	properties: INodeProperties[] = [
		// eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- whoever has it writes into the source
		{
			displayName: 'Write Key',
			name: 'writeKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Of an HTTP API source: in Segment, Sources > the source > Settings > API Keys',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			options: [
				{ name: 'Europe (Dublin)', value: 'eu', description: 'https://events.eu1.segmentapis.com' },
				{ name: 'Own Base URL', value: 'own', description: 'A proxy, a mock, or another server that speaks Segment\'s HTTP API' },
				{ name: 'United States (Oregon)', value: 'us', description: 'https://api.segment.io' },
			],
			default: 'us',
			description: 'Where the workspace is. In the wrong region calls are accepted and appear nowhere.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://segment-proxy.example.com',
			displayOptions: { show: { region: ['own'] } },
			description: 'Calls go to /v1/batch below it',
		},
	];
}
