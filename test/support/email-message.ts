import type { EmailMessage } from '../../engine/channels/email/message';

/** A message that any email provider takes. */
export const EMAIL: EmailMessage = {
	to: 'ann@example.org', from: { address: 'news@example.com' }, subject: 'Hi', text: 'Hi', headers: {}, attachments: [], messageId: 'm', campaignId: 'c',
};
