import express, {
  ErrorRequestHandler,
  NextFunction,
  Request,
  Response,
  Router,
} from 'express';
import PromiseRouter from 'express-promise-router';
import { Webhooks } from './Webhooks';
import { WEBHOOK_ROOT } from './webhookPath';

/** Flux's bound; no service sends more. */
const LIMIT = 3 * 1024 * 1024;

/**
 * `POST /hook/<digest>`: no session, the path and the signature are the credential.
 * A path that is no Receiver's is refused before its body is read.
 */
export function webhookRoute(options: {
  webhooks: Pick<Webhooks, 'find' | 'handle'>;
}): Router {
  const { webhooks } = options;
  const router = PromiseRouter();
  const body = express.raw({ type: () => true, limit: LIMIT, inflate: false });
  const refuse: ErrorRequestHandler = (error, _, response, next) => {
    switch (error?.type) {
      case 'entity.too.large':
        response.status(413).json({
          code: 'WEBHOOK_TOO_LARGE',
          message: `the body is larger than ${LIMIT} bytes`,
        });
        return;
      case 'encoding.unsupported':
        response.status(415).json({
          code: 'WEBHOOK_BAD_PAYLOAD',
          message: 'a body that is packed is not taken',
        });
        return;
      case 'request.aborted':
      case 'request.size.invalid':
        response.status(400).json({
          code: 'WEBHOOK_BAD_PAYLOAD',
          message: 'the body is not as long as it is said to be',
        });
        return;
      default:
        next(error);
    }
  };
  router.post(
    `${WEBHOOK_ROOT}:digest`,
    (request: Request, response: Response, next: NextFunction) => {
      const called = webhooks.find(`${WEBHOOK_ROOT}${request.params.digest}`);
      if (!called) {
        response.status(404).json({
          code: 'WEBHOOK_UNKNOWN',
          message:
            'no Receiver has this path; status.webhookPath of the Receiver is the one to call',
        });
        return;
      }
      response.locals.called = called;
      next();
    },
    body,
    refuse,
    async (request: Request, response: Response) => {
      const { status, ...said } = await webhooks.handle(
        response.locals.called,
        {
          headers: request.headers,
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        },
      );
      response.status(status).json(said);
    },
  );
  return router;
}
