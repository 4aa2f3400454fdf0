using Polymath.Cli.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(TrainedRun))]
