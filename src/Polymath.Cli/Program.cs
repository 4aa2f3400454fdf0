using Polymath.Cli;

return Application.Run(args);
