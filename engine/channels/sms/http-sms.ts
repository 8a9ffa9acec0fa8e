import { OneByOneHttp, type HttpProviderConfig } from '../http/one-by-one';
import type { HttpRequest, SmsMessage } from '../provider';

export { baseUrlOf, judged, required, type Verdict } from '../http/one-by-one';

/** What every provider of text messages takes, beside what is its own. */
export type SmsProviderConfig = HttpProviderConfig;

/** A provider of text messages with an HTTP API that takes one recipient per request, or several where it has a `batch`. */
export abstract class HttpSms extends OneByOneHttp<SmsMessage> {
	abstract override request(message: SmsMessage): HttpRequest;
}
