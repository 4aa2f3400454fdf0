using System.CommandLine;
using Polymath.Cli.Terminal;
using Polymath.Fields.Data;
using Spectre.Console;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath data</c>: the catalogue of data sets.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        var list = new Command("list", "List the data sets: size, licence, whether they are here.");
        list.SetAction(_ => List(Screen.Console));

        var name = new Argument<string>("NAME") { Description = "A data set of 'polymath data list'." };
        var get = new Command("get", "Fetch a data set, check it, and print where it lies.") { name };
        get.SetAction(parsed => Interruption.Run(
            interruption => Get(parsed.GetRequiredValue(name), interruption.Token)));

        return new DocumentedCommand(
            "data",
            "The data sets that can be learnt from by name.",
            """
            polymath data list
            polymath data get moby-dick
            polymath train text moby-dick
            """)
        {
            list, get,
        };
    }

    private static int List(IAnsiConsole console)
    {
        var store = new DataStore(CacheFolders.Data);
        var grid = new Grid().AddColumn(Screen.Column()).AddColumn(Screen.Column().PadLeft(0).RightAligned())
            .AddColumn(Screen.Column().PadLeft(0)).AddColumn(new GridColumn().PadRight(0));
        grid.AddRow("name", "download", "here", "what, licence");
        foreach (DataSet set in DataCatalogue.All)
        {
            grid.AddRow(
                new Text(set.Name), new Text(ByteSize.Format(set.DownloadBytes)),
                new Text(store.IsComplete(set) ? "yes" : ""), new Text($"{set.Description} Licence: {set.Licence}."));
        }

        console.Show(grid);
        Console.WriteLine($"Kept in {CacheFolders.Data}; the environment variable {CacheFolders.Variable} moves it.");
        return 0;
    }

    private static int Get(string name, CancellationToken cancellation)
    {
        var store = new DataStore(CacheFolders.Data);
        Console.WriteLine(store.GetAsync(name, new StandardError(), cancellation).GetAwaiter().GetResult());
        return 0;
    }

    // Reports at once and in order, where Progress<T> would hand over to the thread pool.
    private sealed class StandardError : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine(value);
    }
}
