import { createTransport } from 'nodemailer';
import type { ICredentialTestFunction } from 'n8n-workflow';

import { redact } from '../../engine/channels/http/redact';
import { smtpSettings, type SmtpConfig } from '../../engine/channels/email/smtp';
import { transportOptions } from '../../engine/channels/email/smtp-pool';

const TIMEOUT_MS = 10_000;

/** Test of a Campaigns SMTP credential: connects and signs in, and sends nothing. */
export const campaignsSmtpTest: ICredentialTestFunction = async function (credential) {
	const config = { ...credential.data, label: '', timeoutMs: TIMEOUT_MS } as unknown as SmtpConfig;
	try {
		const transport = createTransport(transportOptions(smtpSettings(config)));
		await transport.verify();
		return { status: 'OK', message: config.user?.trim() ? 'The server can be reached, and has let the user in' : 'The server can be reached' };
	} catch (error) {
		return { status: 'Error', message: redact((error as Error).message, [config.password ?? '']) };
	}
};
