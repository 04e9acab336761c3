import { Navigate, Route, Routes } from 'react-router-dom';
import { DoctorPage } from '../doctor/DoctorPage';
import { ObjectPage } from './ObjectPage';
import { ObjectsPage } from './ObjectsPage';
import { UnappliedManifests } from './UnappliedManifests';

/** The pages below `/gitops`. */
export function GitopsRouter() {
  return (
    <Routes>
      <Route
        index
        element={
          <>
            <UnappliedManifests />
            <ObjectsPage />
          </>
        }
      />
      <Route
        path="objects/:home/:kind/:namespace/:name/*"
        element={<ObjectPage />}
      />
      <Route path="doctor" element={<DoctorPage />} />
      <Route path="*" element={<Navigate to="." replace />} />
    </Routes>
  );
}
