import type { INodeProperties } from 'n8n-workflow';

import { credentialsHere } from '../shared/credentials-here';
import { audienceField, identifiersField, metaOptions } from '../shared/meta-parameters';
import { paceOptionsWith } from '../shared/provider-parameters';
import { senderOptions } from '../shared/sender-parameters';
import { storeParameter } from '../shared/store';

/** Nothing is written from templates here. */
const ownSenderOptions = senderOptions.filter(({ name }) => name !== 'missing');

const pace = paceOptionsWith({
	retries: { default: 5, description: 'How often a request is repeated after a passing refusal, and when it was not answered: to add or remove somebody twice does no harm' },
	timeout: { default: 60, description: 'How long to wait for an answer' },
});

export const metaAudienceProperties: INodeProperties[] = [
	credentialsHere,
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Add People', value: 'add', action: 'Add people to an audience', description: 'Add each person who comes here; whoever is in it already stays' },
			{ name: 'Remove People', value: 'remove', action: 'Remove people from an audience', description: 'Remove each person who comes here, found by what is known of them now' },
		],
		default: 'add',
	},
	audienceField(),
	identifiersField(),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...metaOptions, ...pace, ...ownSenderOptions].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	},
	storeParameter,
];
