"""The window round all screens: rail, menus, banners, status, palette, help, and the clock that syncs."""
