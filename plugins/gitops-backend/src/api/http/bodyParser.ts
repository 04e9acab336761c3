import express, { ErrorRequestHandler, RequestHandler } from 'express';
import { BodyTooLargeError, InvalidRequestError } from '../errors';

const LIMIT = '16kb';

/** Reads JSON bodies, and says in the API's own words what is wrong with one. */
export function bodyParser(): (RequestHandler | ErrorRequestHandler)[] {
  const translate: ErrorRequestHandler = (error, _request, _response, next) => {
    switch (error?.type) {
      case 'entity.too.large':
        next(new BodyTooLargeError(LIMIT));
        return;
      // The parser's message quotes the body.
      case 'entity.parse.failed':
      case 'charset.unsupported':
      case 'encoding.unsupported':
      case 'request.size.invalid':
        next(new InvalidRequestError('The body is not JSON in UTF-8'));
        return;
      default:
        next(error);
    }
  };
  return [express.json({ limit: LIMIT }), translate];
}
