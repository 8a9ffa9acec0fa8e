import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { mailgunReceipts } from '../../engine/channels/email/mailgun-receipts';
import { postmarkReceipts } from '../../engine/channels/email/postmark-receipts';
import { sendGridReceipts } from '../../engine/channels/email/sendgrid-receipts';
import { sesReceipts } from '../../engine/channels/email/ses-receipts';
import { smtpReceipts } from '../../engine/channels/email/smtp-receipts';
import type { ReceiptReader } from '../../engine/channels/receipts/receipt';
import { SHORTEST_TOKEN } from '../../engine/channels/receipts/token';
import { exotelReceipts } from '../../engine/channels/sms/exotel-receipts';
import { genericSmsReceipts, type ReceiptFields } from '../../engine/channels/sms/generic-receipts';
import { msg91Receipts } from '../../engine/channels/sms/msg91-receipts';
import { netcoreReceipts } from '../../engine/channels/sms/netcore-receipts';
import { plivoReceipts } from '../../engine/channels/sms/plivo-receipts';
import { twilioReceipts } from '../../engine/channels/sms/twilio-receipts';
import { vonageReceipts, type VonageReceiptSettings } from '../../engine/channels/sms/vonage-receipts';
import type { Clock } from '../../engine/clock';
import { CampaignError } from '../../engine/errors';
import { splitList } from '../shared/provider-parameters';

export const RECEIPTS_CREDENTIAL = 'campaignsReceiptsApi';

/** What the parameters of the node say to readers. */
export interface ReceiptParameters {
	snsTopics: string;
	netcoreFields: ReceiptFields;
	genericFields: ReceiptFields;
}

/** Gets a credential that the node has for a provider. */
export type ReadCredential = (name: string) => Promise<ICredentialDataDecryptedObject>;

interface ReceiptProvider {
	/** What the operator knows it as. */
	name: string;
	/** The end of its address. */
	value: string;
	/** How it may call, besides POST. */
	alsoGet?: true;
	credential?: string;
	description: string;
	reader(read: ReadCredential, parameters: ReceiptParameters, clock: Clock): Promise<ReceiptReader>;
}

const text = (credential: ICredentialDataDecryptedObject, name: string) => String(credential[name] ?? '').trim();
const BY_TOKEN = 'Believed by the token of its address';
const BY_SIGNATURE = 'Believed by its signature';

/** Whose receipts the node takes, in alphabetical order. */
export const RECEIPT_PROVIDERS: readonly ReceiptProvider[] = [
	{
		name: 'Amazon SES', value: 'ses', description: 'By way of an SNS topic. Believed by the signature of SNS and the topic.',
		reader: async (_read, { snsTopics }) => sesReceipts({ topics: splitList(snsTopics) }),
	},
	{ name: 'Exotel', value: 'exotel', alsoGet: true, credential: RECEIPTS_CREDENTIAL, description: BY_TOKEN, reader: async (read) => exotelReceipts(await tokenOf(read)) },
	{
		name: 'Generic SMS', value: 'sms', alsoGet: true, credential: RECEIPTS_CREDENTIAL, description: BY_TOKEN,
		reader: async (read, { genericFields: fields }) => genericSmsReceipts({ ...(await tokenOf(read)), fields }),
	},
	{
		name: 'Mailgun', value: 'mailgun', credential: 'campaignsMailgunApi', description: BY_SIGNATURE,
		reader: async (read, _parameters, clock) => mailgunReceipts({ signingKey: text(await read('campaignsMailgunApi'), 'webhookSigningSecret'), clock }),
	},
	{ name: 'MSG91', value: 'msg91', credential: RECEIPTS_CREDENTIAL, description: BY_TOKEN, reader: async (read) => msg91Receipts(await tokenOf(read)) },
	{
		name: 'Netcore', value: 'netcore', alsoGet: true, credential: RECEIPTS_CREDENTIAL, description: BY_TOKEN,
		reader: async (read, { netcoreFields: fields }) => netcoreReceipts({ ...(await tokenOf(read)), fields }),
	},
	{
		name: 'Plivo', value: 'plivo', credential: 'campaignsPlivoApi', description: BY_SIGNATURE,
		reader: async (read) => plivoReceipts({ authToken: text(await read('campaignsPlivoApi'), 'authToken') }),
	},
	{ name: 'Postmark', value: 'postmark', credential: RECEIPTS_CREDENTIAL, description: BY_TOKEN, reader: async (read) => postmarkReceipts(await tokenOf(read)) },
	{
		name: 'SendGrid', value: 'sendgrid', credential: 'campaignsSendGridApi', description: BY_SIGNATURE,
		reader: async (read) => sendGridReceipts({ verificationKey: text(await read('campaignsSendGridApi'), 'webhookVerificationKey') }),
	},
	{ name: 'SMTP Bounces', value: 'smtp', credential: RECEIPTS_CREDENTIAL, description: BY_TOKEN, reader: async (read) => smtpReceipts(await tokenOf(read)) },
	{
		name: 'Twilio', value: 'twilio', credential: 'campaignsTwilioApi', description: BY_SIGNATURE,
		reader: async (read) => {
			const credential = await read('campaignsTwilioApi');
			return twilioReceipts({ authToken: text(credential, credential.authType === 'apiKey' ? 'receiptsAuthToken' : 'authToken') });
		},
	},
	{ name: 'Vonage', value: 'vonage', alsoGet: true, credential: 'campaignsVonageApi', description: BY_SIGNATURE, reader: vonage },
	{
		name: 'Vonage (Unsigned)', value: 'vonage-unsigned', alsoGet: true, credential: RECEIPTS_CREDENTIAL, description: `${BY_TOKEN}, for accounts that do not sign`,
		reader: async (read) => vonageReceipts({ signatureSecret: '', method: 'md5hash', ...(await tokenOf(read)) }),
	},
];

/** Throws a CampaignError for a token that could be guessed: n8n saves credentials whose test has failed. */
async function tokenOf(read: ReadCredential): Promise<{ token: string }> {
	const token = text(await read(RECEIPTS_CREDENTIAL), 'token');
	if (token.length < SHORTEST_TOKEN) throw new CampaignError('receipts_token', `The token of the Campaigns Receipts credential is shorter than ${SHORTEST_TOKEN} characters`, 'Write a longer one, and give providers their addresses with it.');
	return { token };
}

async function vonage(read: ReadCredential): Promise<ReceiptReader> {
	const credential = await read('campaignsVonageApi');
	const method = text(credential, 'signatureMethod') || 'md5hash';
	// Without a secret nothing is believed: the token of the other entry is not of this one.
	return vonageReceipts({ signatureSecret: text(credential, 'signatureSecret'), method: method as VonageReceiptSettings['method'], token: '' });
}
