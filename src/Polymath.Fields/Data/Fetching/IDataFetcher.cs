namespace Polymath.Fields.Data.Fetching;

/// <summary>Brings the files of an origin onto this machine.</summary>
internal interface IDataFetcher
{
    /// <summary>Fetches a data set's origin and leaves its wanted files under their own paths.</summary>
    /// <param name="set">What to fetch.</param>
    /// <param name="folder">An existing empty folder.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="DataUnavailableException">It cannot be had; says why and what to do.</exception>
    /// <exception cref="InvalidDataException">What came is damaged or hostile.</exception>
    Task FetchAsync(DataSet set, string folder, CancellationToken cancellation);
}
