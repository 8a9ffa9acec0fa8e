import type { ISupplyDataFunctions } from 'n8n-workflow';
import { fixedOrigin } from '../../engine/channels/http/url-template';
import type { HttpRequest } from '../../engine/channels/provider';
import { readCurl } from '../../engine/channels/sms/curl';
import type { GenericHttpConfig } from '../../engine/channels/sms/generic-http';
import type { GenericBody, GenericRequest, NameValue } from '../../engine/channels/sms/generic-request';
import { CampaignError } from '../../engine/errors';
import { readHttpAuth, type HttpAuthCredential } from '../shared/http-auth';
import { readOptions, readPace, splitList } from '../shared/provider-parameters';

interface GenericCredential extends HttpAuthCredential {
	baseUrl: string;
}

interface GenericOptions {
	messageIdPath?: string;
	refusedStatuses?: string;
	uncertainStatuses?: string;
}

/** Reads a parameter of the node; undefined where it is hidden or was never set. */
export type ParameterOf = (name: string) => unknown;

/** What the node says of the request. `url` is its path alone, as the rest is in the credential; that of a curl command is whole. */
export function readGenericRequest(parameterOf: ParameterOf): GenericRequest {
	const text = (name: string) => String(parameterOf(name) ?? '');
	const list = (name: string) => ((parameterOf(name) as { pairs?: NameValue[] } | undefined)?.pairs ?? []).filter((pair) => pair.name !== '');
	const { addOthers } = (parameterOf('options') || {}) as { addOthers?: boolean };
	if (text('setUpFrom') === 'curl') return { ...readCurl(text('curl')), addOthers: addOthers === true };
	const batched = parameterOf('batch') === true && text('method') !== 'GET' && text('bodyType') === 'json';
	return {
		method: text('method') as HttpRequest['method'],
		url: text('path'),
		query: list('query'),
		headers: list('headers'),
		body: readBody(text, list),
		addOthers: addOthers === true,
		...(batched && { batch: { key: text('batchKey').trim(), most: Number(parameterOf('batchSize') || 100) } }),
	};
}

/** Parameters and credential of the node as the engine's provider takes them. */
export async function readGenericConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<GenericHttpConfig> {
	const credential = await context.getCredentials<GenericCredential>('campaignsGenericSmsApi');
	const parameterOf: ParameterOf = (name) => context.getNodeParameter(name, itemIndex, '');
	const text = (name: string) => String(parameterOf(name) ?? '');
	const { messageIdPath, refusedStatuses, uncertainStatuses, ...pace } = readOptions<GenericOptions>(context, itemIndex);
	const request = readGenericRequest(parameterOf);
	return {
		...request,
		label,
		url: text('setUpFrom') === 'curl' ? sameHost(credential.baseUrl, request.url) : joinUrl(credential.baseUrl, request.url),
		auth: readHttpAuth(credential),
		...(text('acceptedWhen') === 'answer' && { success: readSuccess(text) }),
		messageIdPath: messageIdPath || undefined,
		...(request.batch && text('answerTells') === 'each' && { results: { path: text('resultsPath').trim(), ownIdPath: text('ownIdPath').trim() || undefined } }),
		refusedStatuses: readStatuses(refusedStatuses ?? ''),
		...(uncertainStatuses !== undefined && { uncertainStatuses: readStatuses(uncertainStatuses, 499) }),
		...readPace(pace),
	};
}

/** The credential is for its own host only, whatever was pasted. */
function sameHost(baseUrl: string, url: string): string {
	if (fixedOrigin(baseUrl) === fixedOrigin(url)) return url;
	throw new CampaignError('curl', `The curl command asks ${fixedOrigin(url)}, and the credential is for ${fixedOrigin(baseUrl)}`, 'Correct "Base URL" of the credential, or choose another credential.');
}

/** A path can never become part of the host: there is always a slash between the two. */
export function joinUrl(baseUrl: string, path: string): string {
	const base = baseUrl.trim().replace(/\/+$/, '');
	const rest = path.trim();
	return rest === '' || rest.startsWith('?') ? `${base}${rest}` : `${base}/${rest.replace(/^\/+/, '')}`;
}

function readBody(text: (name: string) => string, list: (name: string) => NameValue[]): GenericBody {
	if (text('method') === 'GET') return { type: 'none' };
	switch (text('bodyType')) {
		case 'form':
			return { type: 'form', fields: list('form') };
		case 'json':
			return { type: 'json', template: text('json') };
		case 'raw':
			return { type: 'raw', template: text('raw'), contentType: text('contentType') };
		default:
			return { type: 'none' };
	}
}

function readSuccess(text: (name: string) => string): GenericHttpConfig['success'] {
	const [values = [], refusedValues = [], invalidRecipientValues = []] = ['acceptedValues', 'refusedValues', 'invalidRecipientValues'].map((name) => splitList(text(name)));
	return { path: text('answerPath').trim(), values, refusedValues, invalidRecipientValues, otherwise: text('otherwise') === 'refused' ? 'refused' : 'unknown' };
}

/** Throws a CampaignError naming what is no status. */
export function readStatuses(text: string, greatest: 499 | 599 = 599): number[] {
	return splitList(text).map((part) => {
		if (!/^[3-5]\d\d$/.test(part) || Number(part) > greatest) throw new CampaignError('invalid_status', `"${part}" is not an HTTP status that can be listed here`, `Write statuses from 300 to ${greatest}, separated by commas.`);
		return Number(part);
	});
}
