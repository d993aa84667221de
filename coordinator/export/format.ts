export type ExportFormat = 'netcdf' | 'npy' | 'png' | 'mp4';

export const EXTENSIONS: Readonly<Record<ExportFormat, string>> = {
  netcdf: 'nc',
  npy: 'npy',
  png: 'png',
  mp4: 'mp4',
};
