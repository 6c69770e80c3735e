Console.WriteLine("jangteo");
