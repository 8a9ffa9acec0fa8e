import { OneByOneHttp, type HttpProviderConfig } from '../http/one-by-one';
import type { HttpRequest } from '../provider';
import { assertSendable, readAttachments, type EmailMessage, type ReadAttachment } from './message';

export { accountOf, baseUrlOf, judged, required, type Verdict } from '../http/one-by-one';

/** What every email provider with an HTTP API takes, beside what is its own. */
export type EmailProviderConfig = HttpProviderConfig;

/** An email provider with an HTTP API that takes one message per request, or several where it has a `batch`. */
export abstract class HttpEmail extends OneByOneHttp<EmailMessage> {
	/** Bytes of attachments the provider takes, where it is less than for others. */
	protected readonly maxAttachmentBytes?: number;

	/** Throws a CampaignError for a message that nobody may send, and for attachments that are lost or too large. */
	async request(message: EmailMessage): Promise<HttpRequest> {
		assertSendable(message);
		return await this.build(message, await readAttachments(message, this.maxAttachmentBytes));
	}

	protected abstract build(message: EmailMessage, attachments: readonly ReadAttachment[]): HttpRequest | Promise<HttpRequest>;
}
