import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import { sendToDevices } from '../../engine/channels/push/devices';
import type { PushMessage } from '../../engine/channels/push/message';
import { failingClosed } from '../shared/failing-closed';
import { completeFromStore } from '../shared/known-people';
import { nameLists } from '../shared/load-options';
import { providerSenderDescription, runProviderSender, startProviderSender } from '../shared/provider-sender';
import { getStore } from '../shared/store';
import { DeadDevices } from './devices';
import { pushMessages, type PushDelivery } from './messages';
import { pushProperties } from './parameters';
import { readPushSettings } from './settings';

/** What the palette behind "Providers" offers, in this order. */
const PROVIDERS = ['fcmPushProvider', 'apnsPushProvider', 'webPushProvider'].map((name) => `n8n-nodes-campaigns.${name}`);

export class Push implements INodeType {
	description: INodeTypeDescription = {
		...providerSenderDescription(PROVIDERS),
		displayName: 'Push',
		name: 'push',
		icon: { light: 'file:push.svg', dark: 'file:push.dark.svg' },
		subtitle: '={{ $parameter.title || $parameter.body }}',
		description: 'Send a push notification to the devices of each person, through the providers of their kinds',
		defaults: { name: 'Push' },
		usableAsTool: undefined,
		properties: pushProperties,
	};

	methods = { listSearch: nameLists };

	/** Releases people who wait here because no provider was available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startProviderSender(this, 'push', () => void readPushSettings((name) => this.getNodeParameter(name, undefined, { rawExpressions: true })));
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 1, async () => {
			const settings = readPushSettings((name) => this.getNodeParameter(name, 0, undefined, { rawExpressions: true }));
			const store = await getStore(this);
			const dead = new DeadDevices();
			try {
				return await runProviderSender<PushDelivery, PushMessage>(this, 'push', (providers, { missing }) => ({
					complete: completeFromStore,
					...pushMessages(settings, providers, missing),
					send: async (message, options) => {
						const sent = await sendToDevices(providers, message, options);
						dead.add(message.person, sent.dead);
						return sent.result;
					},
				}));
			} finally {
				await dead.forget(store);
			}
		});
	}
}
