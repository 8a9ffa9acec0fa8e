import type { ProviderOutcome } from '../provider';
import type { Verdict } from '../http/one-by-one';
import type { SmtpError } from './smtp-pool';

/** Words of servers that give no enhanced code, where a bare 550 may be the mailbox or a policy. */
const NO_MAILBOX = /\b(user|mailbox|recipient|address|account)\b.*\b(unknown|not (?:found|exist|available)|no longer|does ?n[o']t exist|disabled|inactive|invalid)\b|\b(no such|unknown|invalid|unrouteable|unroutable)\b.*\b(user|mailbox|recipient|address|account|person)\b/i;

/** What a failed delivery means. `ended`: the whole message was handed on before. */
export function outcomeOf(error: SmtpError, ended: boolean): ProviderOutcome {
	const detail = error.response ?? error.message;
	if (error.responseCode !== undefined && error.responseCode >= 400) {
		const outcome = outcomeOfVerdict(verdictOf(error), codeOf(error), detail);
		return outcome.outcome === 'refused' && outcome.kind === 'transient' && isAboutMailbox(error) ? { ...outcome, aboutRecipient: true } : outcome;
	}
	if (ended) return { outcome: 'unknown', code: isTimeout(error) ? 'timeout' : 'connection_lost', detail: `The message was handed over, and not answered: ${detail}` };
	const [kind, code] = beforeTheEnd(error);
	return outcomeOfVerdict(kind, code, detail);
}

export function outcomeOfVerdict(verdict: Verdict, code: string, detail: string): ProviderOutcome {
	if (verdict === 'invalid_recipient' || verdict === 'unsubscribed') return { outcome: 'recipient', reason: verdict, code, detail };
	return { outcome: 'refused', kind: verdict, code, detail };
}

/** `550 5.1.1` */
export function codeOf(error: SmtpError): string {
	return ['smtp', error.responseCode, enhancedCode(error.response)].filter(Boolean).join(' ');
}

/**
 * What the server's "no" is about. 4yz is passing by RFC 5321; of 5yz the enhanced code (RFC 3463) says more than the
 * number: x.1.z and a disabled mailbox are the recipient, a full one passes, x.7.z is policy against the sender.
 */
export function verdictOf(error: SmtpError): Verdict {
	const { code, command = '', responseCode = 0, response = '' } = error;
	if (responseCode < 500) return 'transient';
	// At the greeting, at STARTTLS and at the log-in it is about whoever connects, not about this message.
	const aboutMessage = ['MAIL FROM', 'RCPT TO', 'DATA'].includes(command);
	if (code === 'EAUTH' || !aboutMessage || [530, 534, 535, 538].includes(responseCode)) return 'auth';
	if (command === 'MAIL FROM') return 'request';
	const enhanced = enhancedCode(response);
	if (enhanced === '5.2.2') return 'transient';
	// 5.1.7 and 5.1.8 are the sender's address.
	if (enhanced !== undefined) return /^5\.(1\.(?![78]$)\d+|2\.1)$/.test(enhanced) ? 'invalid_recipient' : 'request';
	if (command === 'RCPT TO' && (responseCode === 551 || responseCode === 553)) return 'invalid_recipient';
	return responseCode === 550 && NO_MAILBOX.test(response) ? 'invalid_recipient' : 'request';
}

/** A full or greylisted mailbox says nothing about the server. 421 is the server's good-bye, wherever it comes. */
function isAboutMailbox({ command, responseCode, response }: SmtpError): boolean {
	return enhancedCode(response)?.endsWith('.2.2') === true || (command === 'RCPT TO' && responseCode !== 421);
}

function enhancedCode(response = ''): string | undefined {
	return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
}

function isTimeout({ code }: SmtpError): boolean {
	return code === 'ETIMEDOUT' || code === 'EABORT';
}

/** Nothing was there to deliver yet. What is no failure of the network is about the message, or about the settings. */
function beforeTheEnd(error: SmtpError): [Verdict, string] {
	if (isTimeout(error)) return ['transient', 'timeout'];
	switch (error.code) {
		case 'EDNS':
			return ['transient', 'dns'];
		case 'ETLS':
			return ['transient', 'tls'];
		case 'ECONNECTION':
		case 'ESOCKET':
		case 'EPROTOCOL':
			return ['transient', 'connect'];
		case 'EAUTH':
		case 'ENOAUTH':
		case 'EOAUTH2':
		case 'ECONFIG':
			return ['auth', 'auth'];
		case 'EMESSAGE':
			return ['request', 'too_large'];
		default:
			// Of no documented kind, and yet before the end: nothing was sent.
			return ['request', 'invalid_request'];
	}
}
