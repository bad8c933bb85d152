"""The one HTTP door: whoever asks another machine for something goes through `door.Web`."""
