using Xunit.Sdk;
using Xunit.v3;

// One test at a time: some measure the allocations of the whole process.
[assembly: Parallelization(Mode = ParallelMode.None)]
