using System.Text.Json;
using System.Text.Json.Serialization;
using Jangteo;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Npgsql;

return 0;
