import type { PersonalizedText } from '../shared/personalized-texts';
import type { EmailSettings } from './settings';

/** Longest HTML or text that a template may give, in characters. */
const LONGEST_BODY = 1_000_000;

/** The link of the person who is written to. */
const roots = ['UnsubscribeUrl'];

export type EmailTextName = 'subject' | 'html' | 'text' | 'preheader' | 'unsubscribeUrl';

/** What is written anew for each person. */
export function emailTexts({ subject, html, text, preheader, unsubscribeUrl }: Pick<EmailSettings, EmailTextName>): Array<PersonalizedText & { name: EmailTextName }> {
	return [
		{ name: 'subject', label: 'Subject', text: subject, roots },
		{ name: 'html', label: 'HTML', text: html, escape: 'html', maxLength: LONGEST_BODY, roots },
		{ name: 'text', label: 'Text', text, maxLength: LONGEST_BODY, roots },
		{ name: 'preheader', label: 'Preheader', text: preheader, escape: 'html', roots },
		{ name: 'unsubscribeUrl', label: 'Unsubscribe URL', text: unsubscribeUrl, escape: 'url' },
	];
}
