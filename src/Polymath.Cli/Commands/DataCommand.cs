using System.CommandLine;
using Polymath.Fields.Data;
using Polymath.Cli.Terminal;
using Spectre.Console;

namespace Polymath.Cli.Commands;

/// <summary><c>polymath data</c>: the catalogue of data sets.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        var list = new Command("list", "List the data sets: size, licence, whether they are here.");
        list.SetAction(_ => List(AnsiConsole.Console));

        var name = new Argument<string>("NAME") { Description = "A data set of 'polymath data list'." };
        var get = new Command("get", "Fetch a data set, check it, and print where it lies.") { name };
        get.SetAction((parsed, cancellation) => Get(parsed.GetRequiredValue(name), cancellation));

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
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("name", "what", "licence", "download", "here");
        foreach (DataSet set in DataCatalogue.All)
        {
            table.AddRow(
                new Text(set.Name), new Text(set.Description), new Text(set.Licence),
                new Text(ByteSize.Format(set.DownloadBytes)), new Text(store.IsComplete(set) ? "yes" : ""));
        }

        console.Write(table);
        console.WriteLine($"Kept in {CacheFolders.Data}; the environment variable {CacheFolders.Variable} moves it.");
        return 0;
    }

    private static async Task<int> Get(string name, CancellationToken cancellation)
    {
        var store = new DataStore(CacheFolders.Data);
        var progress = new Progress<string>(Console.Error.WriteLine);
        Console.WriteLine(await store.GetAsync(name, progress, cancellation).ConfigureAwait(false));
        return 0;
    }
}
