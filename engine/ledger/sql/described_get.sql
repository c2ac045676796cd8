SELECT described FROM plan WHERE target = :target AND name = :name;
