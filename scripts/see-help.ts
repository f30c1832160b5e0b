/** What follows an error about arguments, instead of the whole help, which would push the error off the screen. */
export const seeHelp = "(add --help for the command's options and an example)";
