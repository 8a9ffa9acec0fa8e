import type { ICredentialTestFunction } from 'n8n-workflow';

import { sesAccountRequest, type SesConfig } from '../../engine/channels/email/ses';
import { parseJson, readPath, textOf } from '../../engine/channels/http/json-path';
import { redact } from '../../engine/channels/http/redact';
import { isSuccess } from '../../engine/channels/http/status';
import { sharedTransport } from '../../engine/delivery/ask';

const TIMEOUT_MS = 10_000;

/** Test of a Campaigns Amazon SES credential: asks what the account may do, and sends nothing. n8n's own requests are not signed. */
export const campaignsAmazonSesTest: ICredentialTestFunction = async function (credential) {
	const config = (credential.data ?? {}) as unknown as SesConfig;
	const secrets = [config.secretAccessKey ?? '', config.sessionToken ?? ''];
	try {
		const exchange = await sharedTransport().send(sesAccountRequest(config, Date.now()), { timeoutMs: TIMEOUT_MS, allowPrivate: true });
		if (exchange.kind !== 'response') return { status: 'Error', message: redact(exchange.detail, secrets) };
		const { status, body } = exchange.response;
		if (isSuccess(status)) return { status: 'OK', message: 'The account can be reached' };
		const said = textOf(readPath(parseJson(body), 'message')) ?? 'no further detail';
		return { status: 'Error', message: redact(`Amazon SES has answered ${status}: ${said}`, secrets) };
	} catch (error) {
		return { status: 'Error', message: redact((error as Error).message, secrets) };
	}
};
