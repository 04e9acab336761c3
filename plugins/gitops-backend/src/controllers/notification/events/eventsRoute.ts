import express, {
  ErrorRequestHandler,
  NextFunction,
  Request,
  Response,
  Router,
} from 'express';
import PromiseRouter from 'express-promise-router';
import { IncomingEvents } from './IncomingEvents';

/** Flux's bound. */
const LIMIT = 3 * 1024 * 1024;

/**
 * `POST /events/<home>`: no session, the signature is the credential. A home that takes
 * none is refused before the body is read.
 */
export function eventsRoute(options: {
  events: Pick<IncomingEvents, 'find' | 'take'>;
}): Router {
  const { events } = options;
  const router = PromiseRouter();
  const body = express.raw({ type: () => true, limit: LIMIT, inflate: false });
  const refuse: ErrorRequestHandler = (error, _, response, next) => {
    const status = Number(error?.status);
    if (status !== 400 && status !== 413 && status !== 415) {
      next(error);
      return;
    }
    response.status(status).json({
      code: 'EVENT_BAD_PAYLOAD',
      message: `the body is packed, broken, or larger than ${LIMIT} bytes`,
    });
  };
  router.post(
    '/events/:home',
    (request: Request, response: Response, next: NextFunction) => {
      const home = events.find(request.params.home);
      if (!home) {
        response.status(404).json({
          code: 'EVENTS_NOT_TAKEN',
          message:
            'no home of this name takes events; gitops.homes[].events.token says which do',
        });
        return;
      }
      response.locals.home = home;
      next();
    },
    body,
    refuse,
    async (request: Request, response: Response) => {
      const { status, ...said } = await events.take(
        response.locals.home,
        request.header('x-signature'),
        Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      );
      response.status(status).json(said);
    },
  );
  return router;
}
