import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription, type ITriggerFunctions, type ITriggerResponse } from 'n8n-workflow';

import { identifiersOf, NAMELESS, type Identifiers } from '../../engine/channels/export/meta/identifiers';
import { MetaPeople, type PersonOfAudience } from '../../engine/channels/export/meta/people';
import { attemptGroup } from '../../engine/delivery/attempt';
import { campaignsPostgresTest } from '../shared/credential-tests';
import { alikeForAll } from '../shared/each-item';
import { failingClosed } from '../shared/failing-closed';
import { IN_REAL_TIME } from '../shared/in-real-time';
import { completeFromStore } from '../shared/known-people';
import { nameLists } from '../shared/load-options';
import { campaignsMetaTest, metaAccount, searchAudiences } from '../shared/meta';
import { readAudience, readMetaSettings, type MetaSettings } from '../shared/meta-parameters';
import { readPace } from '../shared/provider-parameters';
import type { Recipient } from '../shared/recipients';
import { runSender, startSender, type Sender } from '../shared/sender';
import { readSenderOptions } from '../shared/sender-parameters';
import { accountZone } from '../shared/store';
import { metaAudienceProperties } from './parameters';
import { checkMetaAudienceSettings } from './settings';

export class MetaAudience implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Meta Audience',
		name: 'metaAudience',
		icon: { light: 'file:metaAudience.svg', dark: 'file:metaAudience.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ ({ add: "Add people to ", remove: "Remove people from " })[$parameter.operation] + ($parameter.audience.cachedResultName || $parameter.audience.value || "an audience") }}',
		description: 'Add people to a custom audience of Facebook and Instagram ads, or remove them',
		defaults: { name: 'Meta Audience' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Sent', 'Not sent', 'Unknown'],
		credentials: [
			{ name: 'campaignsPostgresApi', required: true, testedBy: 'campaignsPostgresTest', displayOptions: { show: { store: ['postgres'] } } },
			{ name: 'campaignsMetaApi', required: true, testedBy: 'campaignsMetaTest' },
		],
		hints: [{ message: 'A run by hand shows what Meta would be told of each person, and tells it nothing.', type: 'info', location: 'outputPane', whenToDisplay: 'beforeExecution' }],
		properties: metaAudienceProperties,
	};

	methods = { credentialTest: { campaignsPostgresTest, campaignsMetaTest }, listSearch: { ...nameLists, searchAudiences } };

	/** Releases people who wait here because Meta was not available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startSender(this, () => void checkMetaAudienceSettings((name) => this.getNodeParameter(name, undefined, { rawExpressions: true })));
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 1, async () => {
			const options = readSenderOptions(this);
			const settings = readMetaSettings((name) => this.getNodeParameter(name, 0, undefined, { rawExpressions: true }));
			const audience = alikeForAll(this, 'Audience', (index) => readAudience(this.getNodeParameter('audience', index)));
			const change = this.getNodeParameter('operation', 0, 'add') as 'add' | 'remove';
			const pace = readPace(this.getNodeParameter('options', 0, {}, { rawExpressions: true }) as Parameters<typeof readPace>[0]);
			const provider = new MetaPeople({ label: this.getNode().name, account: await metaAccount(this), audience, change, limitedDataUse: settings.limitedDataUse, ...pace });
			const identified = peopleIdentified(settings);
			const sender: Sender<PersonOfAudience> = {
				channel: 'export',
				complete: completeFromStore,
				address: (recipient) => {
					const identifiers = identified(recipient);
					return identifiers ? { ok: true, address: `${audience} ${JSON.stringify(identifiers)}` } : { ok: false, reason: 'profile_not_reachable', detail: NAMELESS };
				},
				render: (recipient, messageId) => ({ ok: true, message: { messageId, identifiers: identified(recipient) as Identifiers } }),
				send: async (message, ledger) =>
					await attemptGroup([provider], message, {
						...ledger,
						...IN_REAL_TIME,
					}),
				show: ({ identifiers }) => ({ change, audience, identifiers: { ...identifiers } }),
			};
			return await runSender(this, sender, options);
		});
	}
}

/** Each person's identifiers, made once. */
function peopleIdentified({ mapping, defaultCountry }: MetaSettings): (recipient: Recipient) => Identifiers | undefined {
	const options = { defaultCountry, zone: accountZone(), now: Date.now() };
	const known = new WeakMap<Recipient, { identifiers?: Identifiers }>();
	return (recipient) => {
		let made = known.get(recipient);
		if (!made) known.set(recipient, (made = { identifiers: identifiersOf(recipient.user, mapping, options) }));
		return made.identifiers;
	};
}
