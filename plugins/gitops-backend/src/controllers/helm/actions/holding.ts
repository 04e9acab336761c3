import { RenderRelease } from '@backstage-gitops/helm/actions';
import { ReleaseRequest } from '../loop/ReleaseRequest';

/**
 * Until it is rendered, an attempt ends where something newer has come; from then on
 * it goes on to where it waits for objects.
 */
export function holding(
  { course }: ReleaseRequest,
  render: RenderRelease,
): RenderRelease {
  return async (release, current) => {
    const content = await render(release, current);
    course.signal.throwIfAborted();
    course.hold();
    return content;
  };
}
