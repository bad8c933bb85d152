"""Pictures of the site: share images and icons."""
